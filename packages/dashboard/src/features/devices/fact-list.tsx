import type { ReactNode } from 'react';
import classes from './fact-list.module.css';

/** Names with what they are, one under the other. */
export function FactList({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className={classes.list}>
      {facts.map(([name, fact]) => (
        <div key={name} className={classes.fact}>
          <dt className={classes.name}>{name}</dt>
          <dd className={classes.value}>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}
