/** The microphone: the browser's own speech recognition, where there is one. */

import { byId } from "../core/dom.js";
import { toast } from "./toasts.js";

const TROUBLE = {
  "not-allowed": "The microphone is not allowed here",
  "audio-capture": "No microphone was found",
  network: "Speech recognition does not answer",
  "no-speech": "Nothing was heard",
};

/** Show the microphone where it works; `heard(text, confidence)` gets what was said. */
export function connectSpeech(heard) {
  const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
  if (!Recognition) return;
  const [mic, box] = [byId("mic"), byId("say")];
  const recognition = new Recognition();
  recognition.lang = navigator.language || "en";
  recognition.interimResults = true;
  mic.hidden = false;
  const isOn = () => mic.getAttribute("aria-pressed") === "true";
  const show = (on) => {
    mic.setAttribute("aria-pressed", String(on));
    mic.setAttribute("aria-label", on ? "Stop listening" : "Speak");
    mic.title = on ? "Stop listening" : "Speak";
  };
  mic.addEventListener("click", () => {
    if (isOn()) recognition.stop();
    else {
      show(true);
      recognition.start();
    }
  });
  recognition.addEventListener("result", ({ results }) => {
    const last = results[results.length - 1];
    const { transcript, confidence } = last[0];
    box.value = transcript;
    if (!last.isFinal) return;
    box.value = "";
    // 0 is what engines say that do not know.
    heard(transcript.trim(), { confidence: confidence || 1, language: recognition.lang });
  });
  recognition.addEventListener("error", ({ error }) => TROUBLE[error] && toast(TROUBLE[error]));
  recognition.addEventListener("end", () => show(false));
}
