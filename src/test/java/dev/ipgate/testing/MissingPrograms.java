package dev.ipgate.testing;

import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Says at the end of a run which tests did not run for want of a program: one line for each program. JUnit finds it by
 * itself, see {@code META-INF/services} and {@code junit-platform.properties}.
 */
public final class MissingPrograms implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {

    private static final Namespace NAMESPACE = Namespace.create(MissingPrograms.class);

    /** Tests by program; JUnit closes it when all tests are done. */
    static final class Report implements AutoCloseable {

        private final Map<String, SortedSet<String>> tests = new ConcurrentSkipListMap<>();

        void add(String program, String test) {
            tests.computeIfAbsent(program, unseen -> new ConcurrentSkipListSet<>())
                    .add(test);
        }

        @Override
        public void close() {
            System.out.print(this);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            tests.forEach((program, names) -> text.append("NOT RUN, since ")
                    .append(program)
                    .append(" is not installed: ")
                    .append(String.join(", ", names))
                    .append('\n'));
            return text.toString();
        }
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        throw noted(context, thrown);
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        throw noted(context, thrown);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        throw noted(context, thrown);
    }

    private static Throwable noted(ExtensionContext context, Throwable thrown) {
        if (thrown instanceof Programs.Missing missing) {
            context.getRoot()
                    .getStore(NAMESPACE)
                    .computeIfAbsent(Report.class, unseen -> new Report(), Report.class)
                    .add(missing.program(), name(context));
        }
        return thrown;
    }

    private static String name(ExtensionContext context) {
        String test =
                context.getTestMethod().map(method -> "." + method.getName()).orElse("");
        Class<?> testClass = context.getRequiredTestClass();
        return testClass.getName().substring(testClass.getPackageName().length() + 1) + test;
    }
}
