package dev.runlog.app.server;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.runlog.app.config.StartFailure;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the number of connections below the number of files that the process may open. */
public final class OpenFiles {
    private static final Logger log = LoggerFactory.getLogger(OpenFiles.class);
    /** Files besides the connections of clients: libraries, logs, event loops, and the connections to the database. */
    public static final int OTHERS = 200;

    private static final int CONNECTIONS_MIN = 20;

    private OpenFiles() {}

    /** Returns the number of connections that the server may accept: the configured number, or fewer. */
    public static int connectionsMax(int configured) {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? connectionsMax(configured, system.getMaxFileDescriptorCount())
                : configured;
    }

    /** The same for a limit of files; fails with a {@link StartFailure} if it leaves room for hardly any connection. */
    public static int connectionsMax(int configured, long filesMax) {
        long room = filesMax - OTHERS;
        if (filesMax < 0 || configured <= room) {
            return configured;
        }
        if (room < CONNECTIONS_MIN) {
            throw new StartFailure("The process may open only " + filesMax + " files (ulimit -n), which is too few: "
                    + OTHERS + " are kept for the server itself, and http.connections-max is " + configured + ".");
        }
        log.warn(
                "http.connections-max is {}, but the process may open only {} files (ulimit -n). Accepting {} connections.",
                configured,
                filesMax,
                room);
        return (int) room;
    }
}
