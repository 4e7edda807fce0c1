import java.lang.reflect.Method;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.values.ValueModel;

/**
 * Run by the build, not by the server: compiles the one class that Chronicle Map otherwise generates and compiles when the
 * first map is opened, which costs the start most of a second and the installation a JDK. Chronicle looks for it on the
 * class path before it makes it, so it belongs beside the classes of this module.
 *
 * <p>The source comes from Chronicle's own generator in the version that the server runs with, and is kept nowhere. The
 * generator is not public; if it is no longer where it was, the build says so here.
 */
public final class GenerateChronicleValues {
    private GenerateChronicleValues() {}

    /** @param args the directory of classes to write to, the release of Java that has to run them */
    public static void main(String[] args) throws ReflectiveOperationException {
        Class<?> valueType = VanillaGlobalMutableState.class;
        String name = valueType.getSimpleName() + ValueModel.$$NATIVE;
        compile(valueType.getPackageName() + "." + name, source(valueType, name), Path.of(args[0]), args[1]);
    }

    private static String source(Class<?> valueType, String name) throws ReflectiveOperationException {
        Method generator = Class.forName("net.openhft.chronicle.values.Generators")
                .getDeclaredMethod("generateNativeClass", ValueModel.class, String.class);
        generator.setAccessible(true);
        return (String) generator.invoke(null, ValueModel.acquire(valueType), name);
    }

    private static void compile(String name, String source, Path classes, String release) {
        JavaFileObject file =
                new SimpleJavaFileObject(
                        URI.create("string:///" + name.replace('.', '/') + JavaFileObject.Kind.SOURCE.extension),
                        JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        List<String> options = List.of(
                "-proc:none",
                "-nowarn",
                "-g:none",
                "--release",
                release,
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"));
        boolean compiled = compiler.getTask(
                        null,
                        compiler.getStandardFileManager(said, Locale.ROOT, StandardCharsets.UTF_8),
                        said,
                        options,
                        null,
                        List.of(file))
                .call();
        if (!compiled) {
            throw new IllegalStateException("cannot compile " + name + ": "
                    + said.getDiagnostics().stream()
                            .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                            .toList());
        }
    }
}
