package dev.runlog.app.command.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./runlog record} as cron and systemd run it: from a shell, with an environment of little more than PATH. */
final class RecordLauncherTest {
    private static final Path ROOT = Path.of(System.getProperty("runlog.root", "../.."));
    private static final String RECORD = " \"$RUNLOG\" record --workflow nightly ";

    @TempDir
    private Path home;

    @TempDir
    private Path work;

    private EventsEndpoint server;

    @BeforeEach
    void listen() throws IOException {
        server = new EventsEndpoint();
        Files.copy(ROOT.resolve("runlog"), home.resolve("runlog"));
        assertThat(home.resolve("runlog").toFile().setExecutable(true)).isTrue();
        Path target = Files.createDirectories(home.resolve("modules/app/target"));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath());
        new JarOutputStream(Files.newOutputStream(target.resolve("runlog-app.jar")), manifest).close();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "LC_ALL=C", "LC_ALL=POSIX"})
    void removesOnlyTheFileThatItsPatternNames(String locale) throws Exception {
        assertThat(run("touch important.db ledger.csv übung.tmp\n" + clean(locale) + RECORD
                        + "--label ort=köln -- sh -c 'rm -v ü*; ls' >out"))
                .isZero();

        assertThat(Files.readString(work.resolve("out")))
                .contains("bung.tmp")
                .endsWith("important.db\nledger.csv\nout\n");
        assertThat(server.line("started")).contains("\"command\":[\"sh\",\"-c\",\"rm -v ü*; ls\"]", "\"ort\":\"köln\"");
        assertThat(server.line("finished")).contains("\"status\":\"SUCCESS\"", "bung.tmp");
    }

    /** Every byte but NUL, empty arguments, line breaks at the end, quotes, and what options look like. */
    @Test
    void passesArgumentsEnvironmentDirectoryAndInputAsTheyAre() throws Exception {
        String bytes = allBytes();
        String command =
                "sh -c 'printf \"%s\\0\" \"$@\" >arguments; cat >input; pwd >directory; ulimit -n >limit; env >environment' x "
                        + "\"$bytes\" '' 'a\n\n' \\' \"''\\\\'\" -- -n '*' \"$(printf '%060000d' 1)\"";
        String variables = "A=\"$bytes\" version=1 file=2 home=3 java=4 options=5 LC_CTYPE=absent ";

        int code = run("bytes=$(printf '" + bytes + "')\n"
                + "ulimit -S -n 200\n"
                + "printf 'line\\n\\377' >given\n"
                + clean(variables) + RECORD + "-- " + command + " <given\n"
                + "mkdir plain; for f in arguments input directory limit environment; do mv $f plain; done\n"
                + clean(variables) + " " + command + " <given\n"
                + "sort environment >sorted; sort plain/environment >plain/sorted\n"
                + "for f in arguments input directory limit sorted; do\n"
                + "  cmp $f plain/$f || { echo $f; diff -a $f plain/$f; exit 9; }\n"
                + "done\n");

        assertThat(code).isZero();
        assertThat(Files.readAllBytes(work.resolve("input"))).endsWith('\n', 0xff);
        assertThat(Files.readString(work.resolve("limit"))).isEqualTo("200\n");
        assertThat(server.line("started")).contains("\uFFFD").doesNotContain("0".repeat(20_000));
    }

    @Test
    void endsAsTheCommandEnds() throws Exception {
        String script = clean("") + RECORD + "-- no-such-command; echo $?\n"
                + clean("") + RECORD + "-- /etc/passwd; echo $?\n"
                + clean("") + RECORD + "-- sh -c 'kill -9 $$'; echo $?\n"
                + clean("") + RECORD + "-- yes | head -n 1\n";

        run("(" + script + ") >out 2>err");

        assertThat(Files.readString(work.resolve("out"))).isEqualTo("127\n126\n137\ny\n");
        assertThat(Files.readString(work.resolve("err"))).contains("no-such-command: not found");
        assertThat(server.lines().stream().filter(line -> line.contains("finished")))
                .hasSize(4)
                .satisfiesExactly(
                        absent -> assertThat(absent).contains("CommandNotFound"),
                        forbidden -> assertThat(forbidden).contains("CommandNotExecutable"),
                        killed -> assertThat(killed).contains("ExitCode", "Exit code 137"),
                        cut -> assertThat(cut).contains("ExitCode", "Exit code 141"));
    }

    @Test
    void passesSignalsOnAndRecordsThatTheRunWasStopped() throws Exception {
        String command = "trap \"echo usr1\" USR1; trap \"echo term; exit 3\" TERM; echo ready; "
                + "while :; do read -r line <wait; done";

        int code = run("mkfifo wait ready\n" + clean("") + RECORD + "-- sh -c '" + command + "' >ready & child=$!\n"
                + "exec 3<ready\n"
                + "read -r line <&3; echo $line\n"
                + "kill -USR1 $child; read -r line <&3; echo $line\n"
                + "kill -TERM $child; read -r line <&3; echo $line\n"
                + "wait $child");

        assertThat(code).isEqualTo(3);
        assertThat(server.line("finished")).contains("\"status\":\"CANCELLED\"", "\"exitCode\":3", "usr1", "term");
    }

    @Test
    void inheritsTheOutputWithoutCapture() throws Exception {
        int code = run(clean("") + RECORD + "--no-capture -- sh -c '[ -f /dev/stdout ] && echo straight' >out");

        assertThat(code).isZero();
        assertThat(Files.readString(work.resolve("out"))).isEqualTo("straight\n");
        assertThat(server.line("finished")).contains("\"exitCode\":0").doesNotContain("output", "straight");
    }

    @Test
    void doesNotWaitForWhatTheCommandLeavesRunning() throws Exception {
        int code = run(
                "mkfifo open; " + clean("") + RECORD + "-- sh -c 'read -r line <open & echo $! >pid; echo done' >out\n"
                        + "code=$?; kill $(cat pid) && exit $code; exit 9");

        assertThat(code).isZero();
        assertThat(server.line("finished")).contains("\"status\":\"SUCCESS\"", "[\"done\"]");
    }

    @Test
    void rejectsACommandWithUnreadableArguments() throws Exception {
        int code = run(clean("") + RECORD
                + "touch \"$(printf '\\377')\" 2>err; code=$?; [ $(ls | wc -l) = 1 ] || code=9; exit $code");

        assertThat(code).isEqualTo(2);
        assertThat(Files.readString(work.resolve("err"))).contains("put it after --");
        assertThat(server.lines()).isEmpty();
    }

    /** What a run of the launcher starts with; a script in UTF-8, as Java would not pass it on in every locale. */
    private String clean(String variables) {
        return "env -i PATH=\"$PATH\" HOME=\"$HOME\" RUNLOG_BUILT=yes RUNLOG_URL=" + server.url() + " RUNLOG_TOKEN=t "
                + variables + " ";
    }

    private int run(String script) throws IOException, InterruptedException {
        Path file = Files.writeString(home.resolve("script"), script);
        ProcessBuilder builder = new ProcessBuilder("sh", file.toString())
                .directory(work.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("RUNLOG", home.resolve("runlog").toString());
        builder.environment()
                .merge("PATH", Path.of(System.getProperty("java.home"), "bin") + ":", (old, java) -> java + old);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(script).isTrue();
            return process.exitValue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static String allBytes() {
        StringBuilder octal = new StringBuilder();
        for (int i = 1; i < 256; i++) {
            octal.append(String.format("\\%03o", i));
        }
        return octal.toString();
    }

    private static String classPath() {
        List<String> entries =
                Arrays.asList(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                        .split(File.pathSeparator));
        StringBuilder urls = new StringBuilder();
        entries.forEach(entry -> urls.append(Path.of(entry).toUri()).append(' '));
        return urls.toString();
    }
}
