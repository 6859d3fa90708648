package dev.runlog.app;

import dev.runlog.testing.PostgresExtension;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts and stops the server of a {@link ServerTest}. */
final class ServerExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(ServerExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        String[] settings =
                context.getRequiredTestClass().getAnnotation(ServerTest.class).value();
        String[] overrides = Arrays.stream(settings)
                .flatMap(setting -> Arrays.stream(setting.split("=", 2)))
                .toArray(String[]::new);
        context.getStore(NAMESPACE)
                .put(RunningServer.class, RunningServer.start(PostgresExtension.database(context), overrides));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        RunningServer server = context.getStore(NAMESPACE).remove(RunningServer.class, RunningServer.class);
        if (server != null) {
            server.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RunningServer.class;
    }

    @Override
    public RunningServer resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return Objects.requireNonNull(context.getStore(NAMESPACE).get(RunningServer.class, RunningServer.class));
    }
}
