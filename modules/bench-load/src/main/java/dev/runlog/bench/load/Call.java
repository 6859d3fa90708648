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
 * An HTTP request from a file. Each line contains method, path, token and body, separated by tabs.
 *
 * @param authorization value of the header
 * @param body UTF-8, empty for none; shared, so duplicate it and never release it
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
