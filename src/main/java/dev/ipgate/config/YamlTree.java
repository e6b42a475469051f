package dev.ipgate.config;

import dev.ipgate.config.YamlNode.Broken;
import dev.ipgate.config.YamlNode.Entry;
import dev.ipgate.config.YamlNode.Items;
import dev.ipgate.config.YamlNode.Table;
import dev.ipgate.config.YamlNode.Text;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Reads YAML into nodes. Of the language only what a conf file needs is let in: no tags, anchors, aliases or merge keys,
 * one document, each key once, 20 levels. The nodes are made from the parser's events, before any scalar is resolved.
 */
final class YamlTree {

    private static final int DEEPEST = 20;
    private static final int MOST_REPAIRS = 50; // lines without quotes, each of which costs another parse

    private final YamlSource source;
    private final Iterator<Event> events;

    private YamlTree(YamlSource source, List<Event> events) {
        this.source = source;
        this.events = events.iterator();
    }

    /** The file's one node; null if it is empty or problems say why there is none. */
    static @Nullable YamlNode read(String file, String text, Problems problems) {
        YamlSource source = new YamlSource(file, text, problems);
        for (int repaired = 0; ; repaired++) {
            try {
                List<Event> events = events(source);
                return events == null ? null : new YamlTree(source, events).root();
            } catch (MarkedYAMLException e) {
                int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine();
                if (repaired == MOST_REPAIRS || !source.quote(line)) {
                    YamlMistakes.report(e, source);
                    return null;
                }
            }
        }
    }

    /** The events of the first document; null if nesting or a second document was reported. */
    private static @Nullable List<Event> events(YamlSource source) {
        List<Event> events = new ArrayList<>();
        int depth = 0;
        int documents = 0;
        Parser parser = new ParserImpl(new StreamReader(source.text()), new LoaderOptions());
        while (parser.peekEvent() != null) {
            Event event = parser.getEvent();
            if (event instanceof DocumentStartEvent && ++documents > 1) {
                source.error(
                        source.position(event.getStartMark()), "a second document begins here; a conf file has one");
                return null;
            }
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            if (depth > DEEPEST) {
                source.error(source.position(event.getStartMark()), "is nested deeper than " + DEEPEST + " levels");
                return null;
            }
            if (event instanceof NodeEvent || event instanceof CollectionEndEvent) {
                events.add(event);
            }
        }
        return events;
    }

    private @Nullable YamlNode root() {
        return events.hasNext() ? node(events.next(), null) : null;
    }

    /** @param key where the node's key stands, if it has one: an empty value has no place of its own */
    private YamlNode node(Event event, @Nullable Position key) {
        Position at = source.position(event.getStartMark());
        boolean plain = isPlain((NodeEvent) event, at);
        if (event instanceof AliasEvent alias) {
            source.error(at, aliasMessage(alias));
            return new Broken(at);
        }
        if (event instanceof ScalarEvent scalar) {
            boolean quoted = scalar.getScalarStyle() != ScalarStyle.PLAIN;
            Position shown = key != null && scalar.getValue().isEmpty() && !quoted ? key : at;
            return plain ? new Text(scalar.getValue(), quoted, shown) : new Broken(at);
        }
        YamlNode collection = event instanceof MappingStartEvent ? table(at) : items(at);
        return plain ? collection : new Broken(at);
    }

    private YamlNode items(Position at) {
        List<YamlNode> items = new ArrayList<>();
        for (Event event = events.next(); !(event instanceof CollectionEndEvent); event = events.next()) {
            items.add(node(event, null));
        }
        return new Items(List.copyOf(items), at);
    }

    private YamlNode table(Position at) {
        List<Entry> entries = new ArrayList<>();
        Map<String, Position> seen = new HashMap<>();
        for (Event event = events.next(); !(event instanceof CollectionEndEvent); event = events.next()) {
            YamlNode key = node(event, null);
            YamlNode value = node(events.next(), key.at());
            if (!(key instanceof Text text)) {
                if (!(key instanceof Broken)) {
                    source.error(key.at(), "a key cannot be " + key.kind() + "; write key: value");
                }
                continue;
            }
            if (isAddress(text, value)) {
                source.error(key.at(), MissingQuotes.message(text.text() + ":"));
                return skipRest(at);
            }
            Position earlier = seen.putIfAbsent(text.text(), key.at());
            if (text.text().equals("<<") && !text.quoted()) {
                source.error(key.at(), "merge keys (<<) are not read here; write the keys out");
            } else if (earlier != null) {
                source.error(
                        key.at(),
                        "\"" + text.text() + "\" is here twice; it stands in line " + earlier.line() + " too");
            } else {
                entries.add(new Entry(text.text(), value, key.at()));
            }
        }
        return new Table(List.copyOf(entries), at);
    }

    private YamlNode skipRest(Position at) {
        int depth = 1;
        while (depth > 0) {
            Event event = events.next();
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
        }
        return new Broken(at);
    }

    /** A list item {@code 2001:db8::} is, to YAML, the key {@code 2001:db8:} without a value. */
    private static boolean isAddress(Text key, YamlNode value) {
        return !key.quoted()
                && value instanceof Text text
                && text.isMissing()
                && MissingQuotes.looksLikeAddress(key.text());
    }

    private static String aliasMessage(AliasEvent alias) {
        String text = "*" + alias.getAnchor();
        return text + " is an alias to YAML, and aliases are not read here; if you mean the text, put it in quotes: \""
                + text + "\"";
    }

    /** Whether a node has neither tag nor anchor; what it has is reported. */
    private boolean isPlain(NodeEvent event, Position at) {
        String tag = event instanceof ScalarEvent scalar
                ? scalar.getTag()
                : event instanceof CollectionStartEvent start ? start.getTag() : null;
        if (tag != null) {
            String written = tag.replaceFirst("^tag:yaml\\.org,2002:", "!!");
            source.error(at, "tags (" + written + ") are not read here; if you mean the text, put it in quotes");
            return false;
        }
        if (event.getAnchor() != null && !(event instanceof AliasEvent)) {
            source.error(
                    at,
                    "anchors (&" + event.getAnchor() + ") are not read here; if you mean the text, put it in quotes");
            return false;
        }
        return true;
    }
}
