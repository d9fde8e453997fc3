import { Fragment } from 'react';

/** A text as `deployment.created` or an email address, which breaks after dots and @ where there is little room, and not within words. */
export function DottedWords({ text }: { text: string }) {
  return (
    <span style={{ overflowWrap: 'break-word' }}>
      {text.split(/(?<=[.@])/).map((part, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts are a text that is cut anew as a whole
        <Fragment key={place}>
          {place > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}
