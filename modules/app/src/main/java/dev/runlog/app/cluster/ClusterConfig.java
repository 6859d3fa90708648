package dev.runlog.app.cluster;

import java.time.Duration;
import java.util.List;

/** The keys under {@code cluster}; see config/runlog.yaml. */
public record ClusterConfig(
        boolean enabled,
        String name,
        String host,
        int port,
        String publicHost,
        int busPort,
        List<String> members,
        Duration beatInterval) {
    public ClusterConfig {
        publicHost = publicHost.isEmpty() ? host : publicHost;
        members = List.copyOf(members);
    }
}
