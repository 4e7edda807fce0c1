package io.loligo.tests;

import java.nio.file.Files;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips what runs the built jar where there is none, as under {@code mvn test}, and says so. */
public final class JarIsBuilt implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return Files.exists(LoligoProcess.JAR)
                ? ConditionEvaluationResult.enabled("the jar is built")
                : ConditionEvaluationResult.disabled("no " + LoligoProcess.JAR + ": use ./mvnw verify");
    }
}
