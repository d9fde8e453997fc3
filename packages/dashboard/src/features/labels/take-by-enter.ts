import type { KeyboardEvent } from 'react';

/**
 * Enter takes from an open list what is marked there, or else the first of it, and does no more: what a form holds is
 * sent by its button, or by Enter once the list is closed.
 */
export function takeByEnter(event: KeyboardEvent<HTMLInputElement>): void {
  const { value } = event.currentTarget;
  if (event.key !== 'Enter' || event.nativeEvent.isComposing || value.trim() === '') return;
  const list = document.getElementById(event.currentTarget.getAttribute('aria-controls') ?? '');
  const first = list?.querySelector<HTMLElement>('[data-combobox-option]');
  if (!list || !first) return;
  event.preventDefault();
  // What is marked is taken by the field itself. Nothing is yet where the names came after what was typed.
  if (list.querySelector('[data-combobox-selected]') === null) first.click();
}
