import { useRouter } from '@tanstack/react-router';
import { type MouseEvent, useCallback } from 'react';
import classes from './row-link.module.css';

/**
 * A link of a table in which rows come and go with every frame that is scrolled. It listens to nothing, unlike the
 * router's own, which costs a long table its smoothness.
 */
export function RowLink({ href, text }: { href: string; text: string }) {
  const router = useRouter();
  // One function for all rows: with another one the browser would be given a listener anew.
  const follow = useCallback(
    (event: MouseEvent) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      void router.navigate({ href: event.currentTarget.getAttribute('href') ?? '' });
    },
    [router],
  );
  return (
    <a href={href} tabIndex={-1} className={classes.link} onClick={follow}>
      {text}
    </a>
  );
}
