type Sight = { onShown: () => void; onHidden: () => void };

/**
 * Tells when the page comes into sight, and when it has been hidden for `graceMs`: who looks at another tab for a moment
 * has not gone. The end of it hides a page that is in sight.
 */
export function followSight(graceMs: number, { onShown, onHidden }: Sight): () => void {
  let isShown = false;
  let leaving: ReturnType<typeof setTimeout> | undefined;
  const hide = () => {
    if (isShown) onHidden();
    isShown = false;
  };
  const look = () => {
    clearTimeout(leaving);
    if (document.visibilityState === 'hidden') leaving = setTimeout(hide, graceMs);
    else if (!isShown) {
      isShown = true;
      onShown();
    }
  };
  look();
  document.addEventListener('visibilitychange', look);
  return () => {
    clearTimeout(leaving);
    document.removeEventListener('visibilitychange', look);
    hide();
  };
}
