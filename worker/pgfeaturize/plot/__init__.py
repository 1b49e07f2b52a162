"""Plots, drawn by matplotlib. Knows nothing of the database; each module draws one kind.

heatmap.py        features as colors
scatter.py        rows as points in a plane; layout2d.py places them, thumbnails.py shows images
confusion.py      confusion matrix
roc.py            ROC curves
contact_sheet.py  images in rows, drawn by Pillow
figure.py         size, style, colors and file of a plot
sample.py         the rows that a plot shows
"""
