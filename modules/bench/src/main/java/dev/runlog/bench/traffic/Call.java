package dev.runlog.bench.traffic;

import dev.runlog.bench.support.BenchFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An HTTP request of a load.
 *
 * @param subject subject of its token
 * @param body without line breaks, empty for none
 */
public record Call(String method, String path, String subject, String body) {

    /** Writes calls in the format of the load generators, one per line. */
    public static Path write(List<Call> calls, Path file) {
        try {
            Files.write(
                    file,
                    calls.stream()
                            .map(call ->
                                    String.join("\t", call.method, call.path, OwnerTokens.of(call.subject), call.body))
                            .toList());
            return file;
        } catch (IOException failure) {
            throw new BenchFailure("Cannot write " + file + ": " + failure.getMessage(), failure);
        }
    }
}
