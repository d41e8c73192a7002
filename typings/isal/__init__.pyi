# What is used of isal: the stubs it ships call its exception an instance.
