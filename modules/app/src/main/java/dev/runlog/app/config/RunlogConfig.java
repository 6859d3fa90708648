package dev.runlog.app.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.runlog.app.cluster.ClusterConfig;
import dev.runlog.connectors.ConnectorsConfig;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.querying.QueryingConfig;
import dev.runlog.recording.config.RecordingConfig;
import dev.runlog.retention.RetentionConfig;
import dev.runlog.storage.db.DatabaseConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The configuration. config/runlog.yaml documents each key and contains the defaults. */
public record RunlogConfig(
        String dataDir,
        GatewayConfig.Http http,
        DatabaseConfig database,
        GatewayConfig.Auth auth,
        GatewayConfig.Session session,
        GatewayConfig.Graphql graphql,
        GatewayConfig.Console console,
        GatewayConfig.Live live,
        GatewayConfig.Metrics metrics,
        RecordingConfig recording,
        QueryingConfig querying,
        RetentionConfig retention,
        ConnectorsConfig connectors,
        ClusterConfig cluster,
        Log log) {

    /** The keys under {@code log}. */
    public record Log(Level level, Format format) {
        /** Minimum level of log messages. */
        public enum Level {
            TRACE,
            DEBUG,
            INFO,
            WARN,
            ERROR
        }

        /** Text for people, JSON for machines. */
        public enum Format {
            TEXT,
            JSON
        }
    }

    private static final String PREFIX = "RUNLOG_";
    /** Read by the command line and the launcher, not by the server. */
    private static final Set<String> OTHER_VARIABLES =
            Set.of("RUNLOG_URL", "RUNLOG_TOKEN", "RUNLOG_JAVA_OPTS", "RUNLOG_HOME", "RUNLOG_BUILT");

    private static final Set<String> ZERO_ALLOWED = Set.of(
            "http.port",
            "http.event-loops",
            "auth.leeway",
            "auth.jwks-wait",
            "auth.token-life-max",
            "cluster.bus-port",
            "database.pool-reserve",
            "metrics.port",
            "database.start-wait",
            "database.free-min",
            "database.restarts-max",
            "recording.batch-linger",
            "recording.run-time-max",
            "recording.queued-time-max",
            "retention.pause-factor",
            "retention.policy-jitter",
            "retention.default-keep-for",
            "retention.default-keep-last",
            "retention.ledger-keep");

    private static final JsonMapper YAML = JsonMapper.builder(new YAMLFactory())
            .addModule(new JavaTimeModule())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    /**
     * Loads the defaults, overridden by a file, overridden by environment variables. Fails with a {@link StartFailure}
     * for an unknown key, an unknown variable or an invalid value.
     */
    public static RunlogConfig load(@Nullable Path file, Map<String, String> environment) {
        ObjectNode values = defaults();
        if (file != null) {
            overlay(values, read(file), "", file);
        }
        applyEnvironment(values, environment);
        checkNumbers(values, "");
        try {
            return YAML.treeToValue(values, RunlogConfig.class);
        } catch (JsonMappingException bad) {
            throw new StartFailure("Invalid configuration: " + pathOf(bad) + ": " + reasonOf(bad), bad);
        } catch (JsonProcessingException bad) {
            throw new StartFailure("Invalid configuration: " + bad.getOriginalMessage(), bad);
        }
    }

    public Path dataDirectory() {
        return dataDir.equals("~") || dataDir.startsWith("~/")
                ? Path.of(System.getProperty("user.home") + dataDir.substring(1))
                : Path.of(dataDir).toAbsolutePath();
    }

    public boolean isEmbedded() {
        return database.url().isEmpty();
    }

    /** Whether no keys are configured, in which case the server creates its own key pair. */
    public boolean usesDevelopmentKeys() {
        return auth.secret().isEmpty()
                && auth.publicKeys().isEmpty()
                && auth.jwksUrl().isEmpty();
    }

    /** Number of event loops that answer requests. */
    public int eventLoops() {
        return http.eventLoops() == 0 ? Runtime.getRuntime().availableProcessors() : http.eventLoops();
    }

    /** Returns a copy with another database. */
    public RunlogConfig withDatabaseUrl(String url) {
        DatabaseConfig with = database.withUrl(url);
        return new RunlogConfig(
                dataDir,
                http,
                with,
                auth,
                session,
                graphql,
                console,
                live,
                metrics,
                recording,
                querying,
                retention,
                connectors,
                cluster,
                log);
    }

    /** Returns a copy that accepts tokens of one more public key. */
    public RunlogConfig withPublicKey(Path file) {
        GatewayConfig.Auth with = auth.withPublicKeys(List.of(file.toString()));
        return new RunlogConfig(
                dataDir,
                http,
                database,
                with,
                session,
                graphql,
                console,
                live,
                metrics,
                recording,
                querying,
                retention,
                connectors,
                cluster,
                log);
    }

    static ObjectNode defaults() {
        try (InputStream yaml = RunlogConfig.class.getResourceAsStream("/runlog.yaml")) {
            return (ObjectNode) YAML.readTree(Objects.requireNonNull(yaml));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(Path file) {
        try (InputStream yaml = Files.newInputStream(file)) {
            JsonNode read = YAML.readTree(yaml);
            return read == null || read.isMissingNode() ? YAML.createObjectNode() : read;
        } catch (NoSuchFileException absent) {
            throw new StartFailure("Configuration file not found: " + file + ".", absent);
        } catch (IOException unreadable) {
            throw new StartFailure(
                    "Cannot read the configuration file " + file + ": " + unreadable.getMessage(), unreadable);
        }
    }

    private static void overlay(ObjectNode values, JsonNode with, String prefix, Path file) {
        if (!with.isObject()) {
            throw new StartFailure("Invalid configuration in " + file + ": "
                    + (prefix.isEmpty() ? "the file" : prefix.substring(0, prefix.length() - 1))
                    + " must contain keys.");
        }
        for (Iterator<Map.Entry<String, JsonNode>> entries = with.fields(); entries.hasNext(); ) {
            Map.Entry<String, JsonNode> entry = entries.next();
            JsonNode known = values.get(entry.getKey());
            if (known == null) {
                throw new StartFailure(
                        "Invalid configuration in " + file + ": unknown key " + prefix + entry.getKey() + ".");
            }
            if (known instanceof ObjectNode group) {
                overlay(group, entry.getValue(), prefix + entry.getKey() + ".", file);
            } else {
                // The library would read a bare number as seconds.
                boolean asText = known.isTextual() && entry.getValue().isValueNode();
                values.set(
                        entry.getKey(),
                        asText ? TextNode.valueOf(entry.getValue().asText()) : entry.getValue());
            }
        }
    }

    private static void applyEnvironment(ObjectNode values, Map<String, String> environment) {
        Map<String, List<String>> variables = new TreeMap<>();
        collect(values, List.of(), variables);
        environment.forEach((name, text) -> {
            if (!name.startsWith(PREFIX) || OTHER_VARIABLES.contains(name)) {
                return;
            }
            List<String> path = variables.get(name);
            if (path == null) {
                throw new StartFailure("Invalid configuration: unknown environment variable " + name + ".");
            }
            ObjectNode group = values;
            for (String key : path.subList(0, path.size() - 1)) {
                group = (ObjectNode) Objects.requireNonNull(group.get(key));
            }
            String key = path.get(path.size() - 1);
            if (group.get(key).isArray()) {
                ArrayNode list = group.putArray(key);
                for (String element : text.split(",", -1)) {
                    if (!element.isBlank()) {
                        list.add(element.trim());
                    }
                }
            } else {
                group.set(key, TextNode.valueOf(text));
            }
        });
    }

    private static void collect(ObjectNode group, List<String> path, Map<String, List<String>> variables) {
        group.fields().forEachRemaining(entry -> {
            List<String> own =
                    Stream.concat(path.stream(), Stream.of(entry.getKey())).toList();
            if (entry.getValue() instanceof ObjectNode inner) {
                collect(inner, own, variables);
            } else {
                variables.put(PREFIX + String.join("_", own).replace('-', '_').toUpperCase(Locale.ROOT), own);
            }
        });
    }

    /** Rejects negative numbers and durations, and zero except where it has a meaning. */
    private static void checkNumbers(ObjectNode group, String prefix) {
        group.fields().forEachRemaining(entry -> {
            String key = prefix + entry.getKey();
            if (entry.getValue() instanceof ObjectNode inner) {
                checkNumbers(inner, key + ".");
                return;
            }
            String text = entry.getValue().asText();
            boolean zeroAllowed = ZERO_ALLOWED.contains(key);
            if (text.matches("-\\d.*|-P.*|PT-.*") || !zeroAllowed && text.matches("0|PT0S|P0D")) {
                throw new StartFailure("Invalid configuration: " + key + ": " + text + " (expected more than 0).");
            }
        });
    }

    private static String pathOf(JsonMappingException bad) {
        return bad.getPath().stream()
                .map(part -> part.getFieldName() == null ? "[" + part.getIndex() + "]" : part.getFieldName())
                .collect(Collectors.joining("."));
    }

    private static String reasonOf(JsonMappingException bad) {
        if (bad instanceof InvalidFormatException format) {
            Class<?> type = format.getTargetType();
            String form = type == Duration.class
                    ? "an ISO 8601 duration such as PT5S"
                    : type.isEnum()
                            ? "one of "
                                    + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)
                            : type == int.class ? "a whole number" : "a " + type.getSimpleName();
            return "'" + format.getValue() + "' (expected " + form + ").";
        }
        if (bad instanceof ValueInstantiationException && bad.getCause() instanceof IllegalArgumentException rejected) {
            return String.valueOf(rejected.getMessage());
        }
        // Jackson's own messages contain class names, and possibly a secret value.
        Class<?> type = bad instanceof MismatchedInputException mismatched ? mismatched.getTargetType() : null;
        return type != null && Collection.class.isAssignableFrom(type)
                ? "expected a list."
                : type == int.class ? "expected a whole number." : "wrong type.";
    }
}
