module example.org/shop

go 1.22

require github.com/Masterminds/goutils v1.1.1

require (
	example.org/x/net v0.20.0 // indirect
	example.org/old v1.0.0
	example.org/local v1.0.0
)

replace example.org/old => example.org/new/v2 v2.0.1

replace example.org/local => ../local
