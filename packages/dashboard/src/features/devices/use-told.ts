import { useEffect, useRef } from 'react';

/** Tells when somebody begins to type and when that ends, also by the field's going. */
export function useTold(isTyping: boolean, tell: (isTyping: boolean) => void): void {
  const latest = useRef(tell);
  useEffect(() => {
    latest.current = tell;
  });
  useEffect(() => {
    if (!isTyping) return;
    latest.current(true);
    return () => latest.current(false);
  }, [isTyping]);
}
