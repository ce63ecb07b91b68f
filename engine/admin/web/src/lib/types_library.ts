// What the engine tells of scripts, knowledge and labelling, as /v1/openapi.json describes it.

export interface ScriptVersion {
  n: number;
  at: number;
  who?: string;
  from?: number;
  gone?: boolean;
  text?: string;
}

export interface ScriptFile {
  name: string;
  text: string;
  own: boolean;
  base: string;
  library?: string;
  editable: boolean;
  versions: ScriptVersion[];
  refused?: string;
}

export interface Flaw {
  file?: string;
  line?: number;
  text: string;
}

export interface Trial {
  variant: string;
  source: string;
  text?: string;
  missing?: string[];
  unmet?: string[];
  term?: string;
}

export interface Checked {
  problems: Flaw[];
  others?: Flaw[];
  texts: Trial[];
  product?: string;
}
