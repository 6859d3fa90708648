package dev.runlog.app.config;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.pattern.CompositeConverter;
import dev.runlog.contract.text.Escapes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Configures the level and format of the log, which goes to stderr. */
public final class Logging {
    private Logging() {}

    public static void configure(RunlogConfig.Log config) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        EncoderBase<ILoggingEvent> encoder = encoder(config.format(), context);
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
        // These warn at every start that they do not know the latest PostgreSQL, or list existing migrations.
        context.getLogger("io.zonky").setLevel(Level.WARN);
        context.getLogger("org.flywaydb").setLevel(Level.ERROR);
    }

    private static EncoderBase<ILoggingEvent> encoder(RunlogConfig.Log.Format format, LoggerContext context) {
        if (format == RunlogConfig.Log.Format.JSON) {
            return new JsonEncoder();
        }
        PatternLayout text = new PatternLayout();
        text.setContext(context);
        text.getInstanceConverterMap().put("line", OnOneLine::new);
        // Without the braces, logback treats the rest as text.
        text.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0}: %line(%msg %kvp){}%n");
        text.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setLayout(text);
        return encoder;
    }

    /** Keeps text from clients on one line, which prevents forged log lines. */
    private static final class OnOneLine extends CompositeConverter<ILoggingEvent> {
        @Override
        protected String transform(ILoggingEvent event, String message) {
            return Escapes.line(message);
        }
    }
}
