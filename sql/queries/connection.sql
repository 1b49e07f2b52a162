-- disable_jit: Keep PostgreSQL from compiling statements that run for milliseconds.
set jit = off;
