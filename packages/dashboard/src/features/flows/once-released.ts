/**
 * Does something at once, or, while a pointer is pressed, when that is let go: what it is pressed upon must not move away
 * under it, or nothing would be clicked.
 */
export function onceReleased(act: () => void): void {
  if (document.querySelector(':active') === null) act();
  else window.addEventListener('pointerup', act, { once: true, capture: true });
}
