package dev.runlog.gateway.config;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The gateway's keys in config/runlog.yaml, which describes them. */
public record GatewayConfig(
        Http http, Auth auth, Session session, Graphql graphql, Live live, Metrics metrics, Console console) {

    /** The keys under {@code http}. */
    public record Http(
            String host,
            int port,
            String basePath,
            int eventLoops,
            int bodyMaxBytes,
            int eventsBodyMaxBytes,
            int bodiesMaxBytes,
            int bodiesOwnerMaxBytes,
            int bodiesAddressMaxBytes,
            int inflateRatioMax,
            Duration headerTimeout,
            Duration bodyTimeout,
            int bodyRateMin,
            int connectionsMax,
            int unauthenticatedPerAddressMax,
            int streamsOwnerMax,
            Duration idleTimeout,
            Duration cleanupWait,
            List<String> corsOrigins,
            boolean gzip,
            String tlsCertificate,
            String tlsKey) {
        private static final Pattern BASE_PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)*");

        public Http {
            if (!BASE_PATH.matcher(basePath).matches()) {
                throw new IllegalArgumentException(
                        "Invalid base-path: " + basePath
                                + " (expected a path such as /runlog, of letters, digits and ._~-, without a slash at the end).");
            }
            corsOrigins = List.copyOf(corsOrigins);
            if (bodyMaxBytes > Math.min(bodiesOwnerMaxBytes, Math.min(bodiesAddressMaxBytes, bodiesMaxBytes) / 2)) {
                throw new IllegalArgumentException("body-max-bytes must be at most bodies-owner-max-bytes, half of "
                        + "bodies-address-max-bytes and half of bodies-max-bytes.");
            }
        }

        /** Returns a copy that allows this number of connections. */
        public Http withConnectionsMax(int max) {
            return new Http(
                    host,
                    port,
                    basePath,
                    eventLoops,
                    bodyMaxBytes,
                    eventsBodyMaxBytes,
                    bodiesMaxBytes,
                    bodiesOwnerMaxBytes,
                    bodiesAddressMaxBytes,
                    inflateRatioMax,
                    headerTimeout,
                    bodyTimeout,
                    bodyRateMin,
                    max,
                    unauthenticatedPerAddressMax,
                    streamsOwnerMax,
                    idleTimeout,
                    cleanupWait,
                    corsOrigins,
                    gzip,
                    tlsCertificate,
                    tlsKey);
        }
    }

    /** The keys under {@code auth}. The development key is given by the file of its public key. */
    public record Auth(
            String secret,
            List<String> publicKeys,
            String jwksUrl,
            Duration jwksRefresh,
            Duration jwksWait,
            Duration jwksTimeout,
            int jwksMaxBytes,
            String issuer,
            String audience,
            boolean audienceRequired,
            Duration leeway,
            Duration tokenLifeMax,
            int tokenMaxBytes,
            List<String> defaultScopes,
            int tokensKnownMax) {
        public Auth {
            publicKeys = List.copyOf(publicKeys);
            defaultScopes = List.copyOf(defaultScopes);
        }

        /** Returns a copy that accepts the tokens of these PEM files. */
        public Auth withPublicKeys(List<String> files) {
            return new Auth(
                    secret,
                    files,
                    jwksUrl,
                    jwksRefresh,
                    jwksWait,
                    jwksTimeout,
                    jwksMaxBytes,
                    issuer,
                    audience,
                    audienceRequired,
                    leeway,
                    tokenLifeMax,
                    tokenMaxBytes,
                    defaultScopes,
                    tokensKnownMax);
        }
    }

    /** The keys under {@code session}. */
    public record Session(Duration loginLinkLife) {}

    /** The keys under {@code console}. */
    public record Console(boolean enabled) {}

    /** The keys under {@code metrics}. */
    public record Metrics(String token, int port) {}

    /** The keys under {@code graphql}. */
    public record Graphql(
            int depthMax,
            int costMax,
            int aliasesMax,
            int queryMaxChars,
            int queueMax,
            int pageSizeDefault,
            int pageSizeMax,
            int filterValuesMax,
            boolean introspection,
            int introspectionCostMax,
            int documentCacheMaxBytes,
            int responseMaxBytes,
            int responsesMaxBytes,
            GraphiqlSwitch graphiql) {

        /** Returns a copy with the share of one of several event loops in the queue. */
        public Graphql dividedBy(int loops) {
            return new Graphql(
                    depthMax,
                    costMax,
                    aliasesMax,
                    queryMaxChars,
                    (queueMax + loops - 1) / loops,
                    pageSizeDefault,
                    pageSizeMax,
                    filterValuesMax,
                    introspection,
                    introspectionCostMax,
                    documentCacheMaxBytes,
                    responseMaxBytes,
                    responsesMaxBytes,
                    graphiql);
        }
    }

    /** Whether GraphiQL is served. */
    public enum GraphiqlSwitch {
        ON,
        OFF,
        /** With the embedded database only. */
        AUTO
    }

    /** The keys under {@code live}. */
    public record Live(
            int replayEventsMax,
            int subscriberQueueMax,
            Duration slowSubscriberTimeout,
            Duration closeTimeout,
            int renderedBytesMax,
            int snapshotQueriesMax,
            int snapshotPageSize,
            int subscriptionsPerSocketMax,
            Duration connectionInitTimeout,
            int connectionInitMaxBytes,
            Duration pingInterval) {}
}
