package io.loligo.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Handles the signals that Squid's scripts, logrotate and systemd send. The JVM runs each handler on a new thread, so a
 * handler may wait. A signal that does not exist on this system, or that the JVM reserves for itself, is not handled.
 *
 * <p>Only {@code sun.misc.Signal}, from the module jdk.unsupported, can handle HUP and USR1. It is used by reflection,
 * because the compiler's warning about it cannot be suppressed.
 */
final class Signals {
    private static final System.Logger LOG = System.getLogger(Signals.class.getName());

    private Signals() {}

    static void onReload(Runnable action) {
        on("HUP", action);
    }

    static void onRotate(Runnable action) {
        on("USR1", action);
    }

    static void onStop(Runnable action) {
        on("TERM", action);
        on("INT", action);
    }

    private static void on(String name, Runnable action) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object handler = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        switch (method.getName()) {
                            case "handle" -> action.run();
                            case "equals" -> {
                                return arguments != null && proxy == arguments[0];
                            }
                            case "hashCode" -> {
                                return System.identityHashCode(proxy);
                            }
                            case "toString" -> {
                                return "handler of " + name;
                            }
                            default -> throw new UnsupportedOperationException(method.getName());
                        }
                        return null;
                    });
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
        } catch (InvocationTargetException notOurs) {
            LOG.log(System.Logger.Level.INFO, "signal " + name + " cannot be handled: " + notOurs.getCause());
        } catch (ReflectiveOperationException missing) {
            LOG.log(System.Logger.Level.WARNING, "signals cannot be handled by this JVM: " + missing);
        }
    }
}
