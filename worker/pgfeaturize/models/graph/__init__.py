"""models/graph"""
