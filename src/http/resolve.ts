/** How a route gets the features it calls: the container's own get, handed down by the composition root. */
import type { Container } from 'inversify';

export type Resolve = Container['get'];
