/**
 * The first that is loaded: libuv begins its threads when the first of them is needed. Names are looked up on half of them,
 * and four are too few where some names take long.
 */
process.env.UV_THREADPOOL_SIZE ||= '32';
