// What React's bindings have to stand: strict mode, a server's markup, content that takes no attributes or changes.
import { StrictMode, useState } from "react";
import { Track, useTrack, withTracking } from "@passerby/react";

const Plain = () => <p>plain</p>;
const Link = withTracking("a", { name: "Link", variant: "quiet" });

/** How often the page was rendered. */
export const renders = { count: 0 };

const Page = () => {
  renders.count += 1;
  const [swapped, swap] = useState(false);
  const track = useTrack();
  return (
    <main>
      <Track name="Plain" version="1">
        {swapped ? <h2>swapped</h2> : <Plain />}
      </Track>
      <Track name="Words">only words</Track>
      <Track name="Many">
        <p>first</p>
        <p>second</p>
      </Track>
      <Link href="#here">link</Link>
      <button onClick={() => track("Called")}>call</button>
      <button onClick={() => swap(true)}>swap</button>
    </main>
  );
};

export const App = () => (
  <StrictMode>
    <Page />
  </StrictMode>
);
