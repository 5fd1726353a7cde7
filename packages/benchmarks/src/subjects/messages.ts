/** Something to be counted. */
export class Tick {}

/** Asks for the number of ticks. */
export class ReadCount {}

/** Asks for a number's successor. */
export class Question {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}

export class Answer {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}
