package dev.runlog.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** A section of config/runlog.yaml for tests: its defaults, except for what a test sets. */
public final class Settings {
    private static final JsonMapper YAML = JsonMapper.builder(new YAMLFactory())
            .addModule(new JavaTimeModule())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .build();

    private static final ObjectNode DEFAULTS = readDefaults();

    private final ObjectNode values;

    private Settings(ObjectNode values) {
        this.values = values;
    }

    /** The defaults of a section, such as {@code database} or {@code connectors.redis}. */
    public static Settings of(String section) {
        ObjectNode values = DEFAULTS;
        for (String part : section.split("\\.", -1)) {
            values = values.withObjectProperty(part);
        }
        return new Settings(values.deepCopy());
    }

    /**
     * Sets a key.
     *
     * @param key as in the file, such as {@code pool-size}
     */
    public Settings set(String key, Object value) {
        if (!values.has(key)) {
            throw new IllegalArgumentException("Unknown key: " + key);
        }
        values.set(key, YAML.valueToTree(value));
        return this;
    }

    /** The settings as the record of their section. */
    public <T> T as(Class<T> type) {
        try {
            return YAML.treeToValue(values, type);
        } catch (JsonProcessingException bad) {
            throw new IllegalArgumentException(bad);
        }
    }

    private static ObjectNode readDefaults() {
        try (InputStream yaml = Settings.class.getResourceAsStream("/runlog.yaml")) {
            return (ObjectNode) YAML.readTree(Objects.requireNonNull(yaml));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
