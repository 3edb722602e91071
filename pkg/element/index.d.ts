/**
 * `<passerby-track name="Card" variant="wide" version="2">`: marks what stands in it as a component, in shadow roots too. It is
 * defined by importing this package, and has no box of its own.
 */
export class PasserbyTrack extends HTMLElement {}

declare global {
  interface HTMLElementTagNameMap {
    "passerby-track": PasserbyTrack;
  }
}
