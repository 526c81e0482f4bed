"""What a candidate is asked: named cases, made from their names alone, and what they must give."""
