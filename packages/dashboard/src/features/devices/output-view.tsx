import { Stack, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';

type OutputViewProps = {
  /** What a device said: text, and nothing else. */
  output: string;
  /** What it is the output of, for those who hear the page. */
  label: string;
  /** Whether more may come: then its end stays in sight, until somebody scrolls away from it. */
  isLive: boolean;
};

/** How close to the end counts as the end, in pixels. */
const closeness = 24;

/** The output of an update. */
export function OutputView({ output, label, isLive }: OutputViewProps) {
  const frame = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with what has come the end has moved
  useEffect(() => {
    if (isLive && isAtEnd.current && frame.current) frame.current.scrollTop = frame.current.scrollHeight;
  }, [output, isLive]);

  if (output === '') {
    return (
      <Text size="sm" c="dimmed">
        {isLive ? 'No output yet.' : 'There was no output.'}
      </Text>
    );
  }
  return (
    <Stack gap={4}>
      <pre
        ref={frame}
        className="mono"
        role="log"
        aria-label={label}
        // A log is read out as it grows; output may grow too fast for that.
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < closeness;
        }}
        style={{
          margin: 0,
          padding: 10,
          maxHeight: 360,
          overflow: 'auto',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
          border: '1px solid var(--line)',
          borderRadius: 4,
        }}
      >
        {output}
      </pre>
      {isLive && (
        <Text size="xs" c="dimmed">
          Of a step that says much, only the beginning comes while it runs; the rest follows when it has ended.
        </Text>
      )}
    </Stack>
  );
}
