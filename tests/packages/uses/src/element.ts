import { PasserbyTrack } from "@passerby/element";

const element: PasserbyTrack = document.createElement("passerby-track");
element.setAttribute("name", "Card");
