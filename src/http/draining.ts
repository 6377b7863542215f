/**
 * Whether this host is about to end. It still answers, so that nothing fails which was sent before everybody knew; but it
 * says that it is not ready, and ends each connection with its answer: whoever keeps one open goes elsewhere.
 */
import { injectable } from 'inversify';

@injectable()
export class Draining {
  hasBegun = false;
}
