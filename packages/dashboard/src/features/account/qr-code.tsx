import { useMemo } from 'react';
import { qrPath } from './qr-code.rules.ts';

/** A text for a camera: always dark on white, which is what readers expect. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, d } = useMemo(() => qrPath(text), [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      style={{ width: 'min(220px, 100%)', background: '#fff', borderRadius: 4 }}
    >
      <path d={d} fill="#000" />
    </svg>
  );
}
