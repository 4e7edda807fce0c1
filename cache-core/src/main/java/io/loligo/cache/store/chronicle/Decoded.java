package io.loligo.cache.store.chronicle;

/** An object of the heads map in a form that can be used without reading its bytes again. */
interface Decoded {
    long id();
}
