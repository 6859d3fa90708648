package dev.runlog.app;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** Prints the version, which the build writes into the manifest of the JAR file. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        @Nullable String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"runlog " + (version == null ? "(not packaged)" : version)};
    }
}
