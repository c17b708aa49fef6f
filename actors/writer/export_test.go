package writer

// NewQueue, Queue and the effects are the core, for its conversations.
func NewQueue(limit int) *Queue { return &Queue{limit: limit} }

type (
	Queue    = queue
	Effect   = effect
	Persist  = persist
	Identify = identify
	Answer   = answer
	Record   = record
)
