import type { ReactNode } from 'react';
import classes from './two-lines.module.css';

/** Two short lines in one cell of a table. */
export function TwoLines({ first, second }: { first: ReactNode; second: ReactNode }) {
  return (
    <div className={`${classes.lines} numbers`}>
      <div className={classes.line}>{first}</div>
      <div className={`${classes.line} ${classes.second}`}>{second}</div>
    </div>
  );
}

/** A text that may take two lines of a cell, where one line would cut it. */
export function WrappedText({ text }: { text: string }) {
  return (
    <span className={classes.frame}>
      <span className={classes.wrapped}>{text}</span>
    </span>
  );
}
