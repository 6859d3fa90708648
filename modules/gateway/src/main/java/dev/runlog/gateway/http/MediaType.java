package dev.runlog.gateway.http;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The two media types of responses in the GraphQL-over-HTTP specification. */
public enum MediaType {
    /** The HTTP status shows whether the request was refused. */
    GRAPHQL_RESPONSE("application/graphql-response+json"),
    /** For older clients: the status of any well-formed request is 200. */
    JSON("application/json");

    private final String name;

    MediaType(String name) {
        this.name = name;
    }

    public String header() {
        return name + "; charset=utf-8";
    }

    /** The media type that an {@code Accept} header prefers; empty if it accepts neither. */
    public static Optional<MediaType> accepted(@Nullable String accept) {
        if (accept == null || accept.isBlank()) {
            return Optional.of(JSON);
        }
        return AcceptHeader.preferred(accept, MediaType::of);
    }

    private static @Nullable MediaType of(String type) {
        for (MediaType known : values()) {
            if (known.name.equals(type)) {
                return known;
            }
        }
        return type.equals("*/*") || type.equals("application/*") ? JSON : null;
    }

    /** A media type without its parameters, in lower case. */
    public static String essence(String header) {
        return header.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    }
}
