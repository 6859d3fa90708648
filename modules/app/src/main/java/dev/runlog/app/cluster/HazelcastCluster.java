package dev.runlog.app.cluster;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Opens a Vert.x instance clustered by Hazelcast, which tracks the servers and their subscriptions. Its libraries are
 * not on the class path, because Vert.x instantiates every cluster manager it finds there. They have their own
 * directory and class loader.
 */
public final class HazelcastCluster {
    private static final String LIBRARIES = "lib/cluster";

    private HazelcastCluster() {}

    /** Joins the cluster; blocks while it looks for the other members. */
    public static Future<Vertx> open(VertxOptions options, ClusterConfig config) {
        EventBusOptions bus = new EventBusOptions()
                .setHost(config.host())
                .setClusterPublicHost(config.publicHost())
                .setPort(config.busPort());
        return Vertx.builder()
                .with(options.setEventBusOptions(bus))
                .withClusterManager(manager(config))
                .buildClustered();
    }

    @SuppressWarnings("resource") // The class loader lives as long as the process.
    private static ClusterManager manager(ClusterConfig config) {
        ClassLoader loader = new URLClassLoader(libraries(), HazelcastCluster.class.getClassLoader());
        InputStream xml = new ByteArrayInputStream(xml(config).getBytes(StandardCharsets.UTF_8));
        try {
            Class<?> configType = loader.loadClass("com.hazelcast.config.Config");
            Class<?> readerType = loader.loadClass("com.hazelcast.config.XmlConfigBuilder");
            Object reader = readerType.getConstructor(InputStream.class).newInstance(xml);
            Object hazelcast = readerType.getMethod("build").invoke(reader);
            configType.getMethod("setClassLoader", ClassLoader.class).invoke(hazelcast, loader);
            return (ClusterManager) loader.loadClass("io.vertx.spi.cluster.hazelcast.HazelcastClusterManager")
                    .getConstructor(configType)
                    .newInstance(hazelcast);
        } catch (ReflectiveOperationException unfit) {
            throw new IllegalStateException("cluster.enabled: incompatible libraries in " + LIBRARIES + ".", unfit);
        }
    }

    private static URL[] libraries() {
        try {
            Path program = Path.of(HazelcastCluster.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            try (Stream<Path> files = Files.list(program.resolveSibling(LIBRARIES))) {
                return files.map(HazelcastCluster::url).toArray(URL[]::new);
            }
        } catch (IOException absent) {
            throw new UncheckedIOException("cluster.enabled: libraries not found: " + absent, absent);
        } catch (URISyntaxException odd) {
            throw new IllegalStateException(odd);
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Hazelcast's defaults would use multicast, phone home, and take minutes to notice that a server is gone or back.
     * The maps belong to the Vert.x cluster manager.
     */
    private static String xml(ClusterConfig config) {
        String members = config.members().stream()
                .map(member -> "<member>" + escaped(member) + "</member>")
                .collect(Collectors.joining());
        return """
                <hazelcast xmlns="http://www.hazelcast.com/schema/config">
                  <cluster-name>%s</cluster-name>
                  <properties>
                    <property name="hazelcast.logging.type">slf4j</property>
                    <property name="hazelcast.phone.home.enabled">false</property>
                    <property name="hazelcast.socket.bind.any">false</property>
                    <property name="hazelcast.heartbeat.interval.seconds">2</property>
                    <property name="hazelcast.max.no.heartbeat.seconds">20</property>
                    <property name="hazelcast.merge.first.run.delay.seconds">10</property>
                    <property name="hazelcast.merge.next.run.delay.seconds">5</property>
                  </properties>
                  <network>
                    <public-address>%s:%d</public-address>
                    <port auto-increment="false">%d</port>
                    <join>
                      <auto-detection enabled="false"/>
                      <multicast enabled="false"/>
                      <tcp-ip enabled="true">%s</tcp-ip>
                    </join>
                    <interfaces enabled="true"><interface>%s</interface></interfaces>
                  </network>
                  <multimap name="__vertx.subs">
                    <backup-count>1</backup-count>
                    <value-collection-type>SET</value-collection-type>
                  </multimap>
                  <map name="__vertx.haInfo"><backup-count>1</backup-count></map>
                  <map name="__vertx.nodeInfo"><backup-count>1</backup-count></map>
                </hazelcast>
                """.formatted(
                        escaped(config.name()),
                        escaped(config.publicHost()),
                        config.port(),
                        config.port(),
                        members,
                        escaped(config.host()));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
