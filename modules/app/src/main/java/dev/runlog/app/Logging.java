package dev.runlog.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets the log to the configured level and format; it goes to stderr, as stdout is for what was asked for. */
final class Logging {
    private Logging() {}

    static void configure(RunlogConfig.Log config) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        EncoderBase<ILoggingEvent> encoder = encoder(config.format());
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder((Encoder<ILoggingEvent>) encoder);
        appender.start();
        Level level = Level.toLevel(config.level().name());
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(level.isGreaterOrEqual(Level.INFO) ? level : Level.INFO);
        root.addAppender(appender);
        context.getLogger("dev.runlog").setLevel(level);
        // It tells every start that it does not know the newest PostgreSQL, and each migration that is there already.
        context.getLogger("io.zonky").setLevel(Level.WARN);
        context.getLogger("org.flywaydb").setLevel(Level.ERROR);
    }

    private static EncoderBase<ILoggingEvent> encoder(RunlogConfig.Log.Format format) {
        if (format == RunlogConfig.Log.Format.JSON) {
            return new JsonEncoder();
        }
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg %kvp%n");
        return text;
    }
}
