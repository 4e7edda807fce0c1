package io.loligo.cache.store.chronicle.page;

/** An object of the heads map in a form that can be used without reading its bytes again. */
public interface DecodedPage {
    long id();
}
