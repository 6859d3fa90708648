package dev.runlog.app;

import dev.runlog.app.command.BadUsage;
import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.config.StartFailure;
import dev.runlog.app.server.DevelopmentToken;
import dev.runlog.app.server.Tokens;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code runlog token}. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Prints a token that a server with the same configuration accepts.")
final class TokenCommand implements Callable<Integer> {
    private static final Pattern SUBJECT = Pattern.compile("[^\\p{Cc}\\p{Cs}]{1,256}");
    private static final Duration VALID_FOR_MIN = Duration.ofSeconds(1);
    private static final Duration VALID_FOR_MAX = Duration.ofDays(3650);

    @Mixin
    private ConfigOption config;

    @Option(
            names = "--subject",
            required = true,
            paramLabel = "NAME",
            description = "Owner of the workflows that the token can read and record.")
    private String subject;

    @Option(
            names = "--scope",
            split = ",",
            paramLabel = "SCOPE",
            description = "Scopes: executions:read, executions:write, executions:cleanup, engine, ops. "
                    + "Default: ${DEFAULT-VALUE}")
    private List<String> scopes;

    @Option(names = "--valid-for", paramLabel = "DURATION", description = "Lifetime. Default: ${DEFAULT-VALUE}")
    private Duration validFor;

    TokenCommand() {
        config = new ConfigOption();
        subject = "";
        scopes = List.of("executions:read", "executions:write");
        validFor = Duration.ofHours(1);
    }

    @Override
    public Integer call() {
        for (String scope : scopes) {
            if (!Tokens.ALL_SCOPES.contains(scope)) {
                throw new BadUsage(
                        "Invalid --scope: " + scope + " (expected " + String.join(", ", Tokens.ALL_SCOPES) + ").");
            }
        }
        if (!SUBJECT.matcher(subject).matches() || subject.isBlank()) {
            throw new BadUsage("Invalid --subject: " + subject + " (expected 1 to 256 characters without "
                    + "control characters).");
        }
        if (validFor.compareTo(VALID_FOR_MIN) < 0 || validFor.compareTo(VALID_FOR_MAX) > 0) {
            throw new BadUsage("Invalid --valid-for: " + validFor + " (expected PT1S to P3650D).");
        }
        RunlogConfig loaded = config.load();
        Duration lifeMax = loaded.auth().tokenLifeMax();
        if (!lifeMax.isZero() && validFor.compareTo(lifeMax) > 0) {
            throw new StartFailure(
                    "Invalid --valid-for: " + validFor + " (auth.token-life-max allows at most " + lifeMax + ").");
        }
        System.out.println(DevelopmentToken.sign(loaded, subject, scopes, validFor));
        return 0;
    }
}
