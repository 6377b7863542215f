/** A part of a page that scrolls by itself, and can be reached and named without a mouse. */
import type { CSSProperties, ReactNode, Ref } from 'react';

interface Scroll {
  label: string;
  className: string;
  style?: CSSProperties | undefined;
  fixed?: boolean;
  ref?: Ref<HTMLDivElement>;
  children: ReactNode;
}

export const Scroll = ({ label, className, style, fixed, ref, children }: Scroll) => (
  <section
    className={className}
    style={style}
    data-fixed={fixed ? '' : undefined}
    ref={ref}
    aria-label={label}
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    tabIndex={0}
  >
    {children}
  </section>
);
