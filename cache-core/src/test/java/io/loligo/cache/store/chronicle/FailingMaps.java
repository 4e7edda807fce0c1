package io.loligo.cache.store.chronicle;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import net.openhft.chronicle.map.ChronicleMap;

/** Stands between the shards of a running store and their maps, and has calls fail as a test says. */
final class FailingMaps {
    private final Map<String, Supplier<Throwable>> failures = new ConcurrentHashMap<>();
    private final Set<String> called = ConcurrentHashMap.newKeySet();

    private FailingMaps() {}

    /** Takes its place in every shard that has maps now. */
    static FailingMaps in(ChronicleStore store) throws IllegalAccessException {
        FailingMaps failing = new FailingMaps();
        for (Shard shard : store.shards()) {
            ShardMaps open = Samples.there(shard.state().maps());
            for (Field field : ShardMaps.class.getDeclaredFields()) {
                if (ChronicleMap.class.isAssignableFrom(field.getType())) {
                    field.setAccessible(true);
                    field.set(open, failing.before(field.get(open)));
                }
            }
        }
        return failing;
    }

    private Object before(Object map) {
        return Proxy.newProxyInstance(
                FailingMaps.class.getClassLoader(),
                new Class<?>[] {ChronicleMap.class},
                (proxy, method, arguments) -> call(map, method, arguments));
    }

    private Object call(Object map, Method method, Object[] arguments) throws Throwable {
        called.add(method.getName());
        Supplier<Throwable> failure = failures.get(method.getName());
        if (failure != null) {
            throw failure.get();
        }
        try {
            return method.invoke(map, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** From now on each call of {@code method} throws. */
    void fail(String method, Supplier<Throwable> failure) {
        failures.put(method, failure);
    }

    /** The cause is gone. */
    void stop() {
        failures.clear();
    }

    /** Whether the store calls {@code method} at all. */
    boolean isCalled(String method) {
        return called.contains(method);
    }
}
