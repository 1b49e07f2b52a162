-- disable_jit: Turn off just-in-time compilation for this session.
set jit = off;
