// Package top is the terminal view of a running service: prices, vendors, the round that is open, what happened.
//
// What is on the screen is a function of the Model alone: the size, what the service said (board), where the user is (screen). Messages change the
// Model in Update and nowhere else, and nothing waits there: what takes time is a command, and ends in a message.
package top
