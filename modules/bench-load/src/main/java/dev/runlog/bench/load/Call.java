package dev.runlog.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One HTTP request of a file of them: a line of method, path, token and body, between tabs.
 *
 * @param authorization the whole header
 * @param body UTF-8, empty for none; to be duplicated, never released
 */
record Call(String method, String path, String authorization, ByteBuf body) {

    static List<Call> read(Path file) {
        try {
            return Files.readAllLines(file).stream().map(Call::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Call parse(String line) {
        String[] parts = line.split("\t", 4);
        ByteBuf body = Unpooled.copiedBuffer(parts[3], StandardCharsets.UTF_8);
        return new Call(parts[0], parts[1], "Bearer " + parts[2], Unpooled.unreleasableBuffer(body));
    }
}
